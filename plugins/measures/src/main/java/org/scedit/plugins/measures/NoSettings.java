package org.scedit.plugins.measures;

/** The recipe's block of a measure that has nothing of its own to set. */
public record NoSettings() {}
