package org.scedit.core.report;

import org.scedit.api.Measure.Better;

/**
 * A kind of measured number, a column of the report.
 *
 * @param name   unique within the report
 * @param better which way is good
 */
record Quality(String name, Better better) {
    /** Whether {@code a} is better than {@code b}. */
    boolean isBetter(double a, double b) {
        return better == Better.HIGHER ? a > b : a < b;
    }
}
