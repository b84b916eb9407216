package org.scedit.plugins.featuremeasures;

/** The recipe's block of the kernel distance: there is nothing to set. */
public record KernelConfig() {}
