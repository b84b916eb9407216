/** The hook points behind the API: where the forward pass asks for residuals, and how tuners' residuals are added. */
package org.scedit.core.hook;
