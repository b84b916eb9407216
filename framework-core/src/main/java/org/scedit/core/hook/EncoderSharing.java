package org.scedit.core.hook;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.scedit.api.FeaturePoint;
import org.scedit.api.HookPoint;
import org.scedit.api.LayerPoint;
import org.scedit.api.Tuner;

/**
 * Whether a tuner leaves the U-Net's way down as it is, so that tuners of that kind can be trained from the same one. It is
 * decided by where a tuner adds residuals, not by what it is called: skip connections begin the way up, and so do layers
 * of the decoder's blocks.
 */
public final class EncoderSharing {
    private static final List<String> WAY_UP = List.of("up_blocks.", "conv_norm_out", "conv_out");

    private EncoderSharing() {}

    /** Why a tuner needs a way down of its own, as the end of a sentence about it; empty if it does not. */
    public static Optional<String> whyNot(Tuner tuner) {
        if (!tuner.backboneParameters().isEmpty()) {
            return Optional.of("trains the U-Net's own weights");
        }
        return first(tuner.features().keySet().stream().map(FeaturePoint::name).toList(), "adds to the output of ")
                .or(() -> first(
                        tuner.layers().keySet().stream()
                                .filter(EncoderSharing::onTheWayDown)
                                .map(HookPoint::name)
                                .toList(),
                        "edits layers of the encoder, such as "));
    }

    private static boolean onTheWayDown(LayerPoint point) {
        return WAY_UP.stream().noneMatch(point.path()::startsWith);
    }

    private static Optional<String> first(List<String> names, String words) {
        return names.stream().min(Comparator.naturalOrder()).map(name -> words + name);
    }
}
