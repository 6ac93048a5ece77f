pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        // What `cargo xtask package android` makes. Only the library comes from here, and from nowhere else.
        exclusiveContent {
            forRepository {
                maven {
                    name = "packaged"
                    url = uri("../dist/android")
                }
            }
            filter { includeGroup("dev.klarnastepup") }
        }
        google()
        mavenCentral()
    }
}

rootProject.name = "android-demo"
include(":app")
