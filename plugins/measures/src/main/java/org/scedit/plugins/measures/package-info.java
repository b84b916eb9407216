/** Measures of drawn pictures that are computed from pixels alone, without learned weights. */
package org.scedit.plugins.measures;
