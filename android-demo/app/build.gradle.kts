plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
}

android {
    namespace = "dev.klarnastepup.demo"
    compileSdk = 36

    defaultConfig {
        applicationId = "dev.klarnastepup.demo"
        minSdk = 24
        targetSdk = 35
        versionCode = 1
        versionName = libs.versions.stepUp.get()
        // Where the links of a payment come back; the library's manifest takes them. An App Link cannot be verified against loopback.
        manifestPlaceholders += mapOf("stepUpScheme" to "klarnastepup-demo", "stepUpHost" to "klarna", "stepUpPath" to "/")
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }

    buildTypes {
        release {
            // With the library's own consumer rules and nothing else: the app has no class that is found by name.
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
            // So that it can be installed as it is. A shop signs with its own key.
            signingConfig = signingConfigs.getByName("debug")
        }
    }

    sourceSets {
        // The very scenarios that the headless runner plays.
        getByName("main").assets.srcDir("../../tests/scenarios")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
}

kotlin {
    compilerOptions {
        jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_1_8
        allWarningsAsErrors = true
    }
}

dependencies {
    implementation(libs.step.up)
}
