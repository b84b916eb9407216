package org.scedit.plugins.ia3;

import java.util.List;
import org.scedit.api.Setting;

/**
 * The recipe's block of an (IA)3.
 *
 * @param targets     {@linkplain org.scedit.api.LayerTargets patterns} of the tuned layers
 * @param feedforward patterns of those among them whose input is scaled
 */
public record Ia3Config(
        @Setting(
                value = "layers to tune, by the end of their path, * for anything",
                defaultsTo = "[to_k, to_v, ff.net.2]")
        List<String> targets,

        @Setting(
                value = "those of them whose input is scaled, rather than the output; [] = none",
                defaultsTo = "[ff.net.2]")
        List<String> feedforward) {
    public Ia3Config {
        targets = List.copyOf(targets);
        feedforward = List.copyOf(feedforward);
    }
}
