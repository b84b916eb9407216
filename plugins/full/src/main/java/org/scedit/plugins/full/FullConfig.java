package org.scedit.plugins.full;

import java.util.List;
import org.scedit.api.Setting;

/**
 * The recipe's block of full fine-tuning.
 *
 * @param parameters patterns of diffusers parameter names
 */
public record FullConfig(
        @Setting(
                value = "which U-Net parameters are trained: diffusers names where * stands for any characters",
                defaultsTo = "['*']")
        List<String> parameters) {
    public FullConfig {
        parameters = List.copyOf(parameters);
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("parameters must hold at least one pattern, such as '*'");
        }
    }
}
