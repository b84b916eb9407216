/**
 * Many runs from one recipe: a {@code sweep:} block is expanded to {@linkplain org.scedit.core.sweep.Cell cells}, each of
 * them an ordinary run, which an {@linkplain org.scedit.core.sweep.CellExecutor executor} does.
 */
package org.scedit.core.sweep;
