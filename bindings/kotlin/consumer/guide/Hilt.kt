package dagger.hilt

import kotlin.reflect.KClass

annotation class InstallIn(val component: KClass<*>)
