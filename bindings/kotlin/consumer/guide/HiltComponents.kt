package dagger.hilt.components

interface SingletonComponent
