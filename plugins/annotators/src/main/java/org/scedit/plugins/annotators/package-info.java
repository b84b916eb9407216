/** Condition maps that are computed from the picture alone, without learned weights. */
package org.scedit.plugins.annotators;
