package org.scedit.core.model.single;

import java.util.List;
import java.util.stream.IntStream;
import org.scedit.core.UserException;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.ModelParts.Part;

/** Groups and heads, which weights do not tell: whether those of the published models are possible. */
final class Proportions {
    static final String CHANNELS = "block_out_channels";
    /** diffusers' name of the number of heads. */
    static final String HEADS = "attention_head_dim";

    private Proportions() {}

    /** @throws UserException if a part's channels do not divide into its configuration's groups or heads */
    static void require(Part part, ConfigFile config) {
        boolean divides =
                switch (part) {
                    case UNET -> dividesIntoGroups(config) && dividesIntoHeads(config);
                    case VAE -> dividesIntoGroups(config);
                    case TEXT_ENCODER, TEXT_ENCODER_2 ->
                        config.integer("hidden_size") % config.integer("num_attention_heads") == 0;
                };
        if (!divides) {
            throw new UserException(config.file() + ": the " + part.words() + " is of a size that does not divide into"
                    + " groups or heads as the published models' do; name a folder in diffusers' layout whose config.json"
                    + " files describe it, as model.config in a recipe or with --config");
        }
    }

    private static boolean dividesIntoGroups(ConfigFile config) {
        int groups = config.integer("norm_num_groups");
        return config.integers(CHANNELS).stream().allMatch(channels -> channels % groups == 0);
    }

    private static boolean dividesIntoHeads(ConfigFile config) {
        List<Integer> channels = config.integers(CHANNELS);
        List<Integer> heads = config.integersPerBlock(HEADS, 1, channels.size());
        return IntStream.range(0, heads.size()).allMatch(i -> channels.get(i) % heads.get(i) == 0);
    }
}
