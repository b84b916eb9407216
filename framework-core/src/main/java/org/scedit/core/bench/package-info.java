/** Measures training steps at full size, with random weights, against the machine's own matrix products. */
package org.scedit.core.bench;
