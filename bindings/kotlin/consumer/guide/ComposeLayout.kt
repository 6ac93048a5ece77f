@file:Suppress("UNUSED_PARAMETER")

package androidx.compose.foundation.layout

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier

fun Modifier.fillMaxSize(): Modifier = this

@Composable
fun Box(modifier: Modifier, content: @Composable () -> Unit) = content()
