package org.scedit.plugins.annotators;

/** The recipe's block of a grey map: there is nothing to set. */
public record GreyConfig() {}
