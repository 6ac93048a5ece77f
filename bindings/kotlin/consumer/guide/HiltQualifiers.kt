package dagger.hilt.android.qualifiers

annotation class ApplicationContext
