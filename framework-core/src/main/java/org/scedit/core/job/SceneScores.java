package org.scedit.core.job;

import java.util.Locale;
import java.util.Map;
import org.scedit.core.scenes.MapFidelity;

/**
 * How well a model draws scenes in a style.
 *
 * @param style    the target style's word
 * @param distance of the pictures' style from it; NaN before there was a model
 * @param single   share of captions of one object that came out right
 * @param pairs    share of captions of two objects that came out right
 * @param followed how well pictures follow their condition maps, by the condition's name
 */
record SceneScores(String style, double distance, double single, double pairs, Map<String, Followed> followed) {
    /** How well pictures follow one condition. */
    record Followed(MapFidelity measure, double value, int scenes) {}

    static SceneScores none() {
        return new SceneScores("", Double.NaN, Double.NaN, Double.NaN, Map.of());
    }

    /** Writes these, from before the training, beside those after it. */
    void describe(SceneScores after, Summary results) {
        boolean first = Double.isNaN(distance);
        results.put(
                "style distance",
                (first ? "" : String.format(Locale.ROOT, "%.3f before, ", distance))
                        + String.format(Locale.ROOT, "%.3f after (0 is style '%s')", after.distance, after.style));
        results.put(
                "captions right",
                share(first, single, after.single) + " of one object, " + share(first, pairs, after.pairs)
                        + " of two (combinations not seen in pretraining)");
        after.followed.forEach((name, now) -> results.put(
                "follows " + name,
                (followed.containsKey(name)
                                ? String.format(
                                        Locale.ROOT,
                                        "%.4f before, ",
                                        followed.get(name).value())
                                : "")
                        + String.format(
                                Locale.ROOT,
                                "%.4f after: %s, %d unseen scenes",
                                now.value(),
                                now.measure().words(),
                                now.scenes())));
    }

    private static String share(boolean first, double before, double after) {
        return (first ? "" : Math.round(100 * before) + " % before, ") + Math.round(100 * after) + " % after";
    }
}
