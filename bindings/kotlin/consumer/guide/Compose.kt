@file:Suppress("UNUSED_PARAMETER")

package androidx.compose.runtime

// Compose is in Google's repository only, which a build from Maven Central cannot rely on: these are the names that the guide uses of it.

@Target(AnnotationTarget.FUNCTION, AnnotationTarget.TYPE)
annotation class Composable
