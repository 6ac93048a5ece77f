package dev.klarnastepup.android

/**
 * Marks a function that calls what Android 7 (API 24, our floor) lacks: its callers look at the version first. The API check of the build
 * skips it.
 */
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.FUNCTION)
internal annotation class NewerApi(
    /** The API level that has it. */
    val level: Int,
)
