package org.scedit.core.job;

import java.util.Locale;
import java.util.Map;

/**
 * How well a model draws scenes in a style.
 *
 * @param style    the target style's word
 * @param distance of the pictures' style from it; NaN before there was a model
 * @param single   share of captions of one object that came out right
 * @param pairs    share of captions of two objects that came out right
 */
record SceneScores(String style, double distance, double single, double pairs) {
    static SceneScores none() {
        return new SceneScores("", Double.NaN, Double.NaN, Double.NaN);
    }

    void describe(SceneScores after, Map<String, String> results) {
        if (after == null) {
            return;
        }
        boolean first = Double.isNaN(distance);
        results.put(
                "style distance",
                (first ? "" : String.format(Locale.ROOT, "%.3f before, ", distance))
                        + String.format(Locale.ROOT, "%.3f after (0 is style '%s')", after.distance, after.style));
        results.put(
                "captions right",
                share(first, single, after.single) + " of one object, " + share(first, pairs, after.pairs)
                        + " of two (combinations not seen in pretraining)");
    }

    private static String share(boolean first, double before, double after) {
        return (first ? "" : Math.round(100 * before) + " % before, ") + Math.round(100 * after) + " % after";
    }
}
