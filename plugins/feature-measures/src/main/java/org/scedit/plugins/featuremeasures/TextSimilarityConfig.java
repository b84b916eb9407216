package org.scedit.plugins.featuremeasures;

/** The recipe's block of the text similarity: there is nothing to set. */
public record TextSimilarityConfig() {}
