package javax.inject

annotation class Singleton
