/**
 * Measures on features of pictures: how far sets of pictures are from each other, and how well pictures fit texts. The
 * formulas work on plain arrays, whatever network the features are of.
 */
package org.scedit.plugins.featuremeasures;
