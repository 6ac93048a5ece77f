package dev.klarnastepup.demo

import android.app.Application

/** Holds what lives as long as the process. */
open class DemoApplication : Application() {
    /** The shop. */
    val shop: Shop by lazy { Shop(this) }

    override fun onCreate() {
        super.onCreate()
        // Begins to listen for outcomes that an earlier process was not told.
        shop.open()
    }
}
