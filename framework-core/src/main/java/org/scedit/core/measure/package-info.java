/**
 * How good drawn pictures are: what a recipe's {@code evaluate} measures, on pictures drawn from the captions of data
 * that is not trained on.
 */
package org.scedit.core.measure;
