/** Training: the loop, its objectives, the optimizer, and what a killed run continues from. */
package org.scedit.core.train;
