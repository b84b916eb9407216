package org.scedit.core.report;

import java.util.OptionalDouble;

/**
 * A number of a run's {@code measures.json}.
 *
 * @param quality what it is
 * @param value   after training
 * @param before  of the model before it was tuned
 * @param samples how many pictures or pairs it is made of; 0 where the file does not tell
 */
record MeasuredValue(Quality quality, double value, OptionalDouble before, int samples) {}
