package dev.klarnastepup

/** The version of this code. The library's has to be the same. */
internal const val VERSION: String = "0.1.0"
