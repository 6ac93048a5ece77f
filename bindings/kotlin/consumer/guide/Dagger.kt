package dagger

// As for Compose: Hilt's names.

annotation class Module

annotation class Provides
