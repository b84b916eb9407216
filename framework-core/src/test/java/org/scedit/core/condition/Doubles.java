package org.scedit.core.condition;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.scedit.api.Annotator;
import org.scedit.api.Parameters;
import org.scedit.api.Picture;
import org.scedit.api.Setting;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** A small annotator and a small control tuner. */
final class Doubles {
    private Doubles() {}

    /** Settings of {@link Add}. */
    record AddConfig(
            @Setting(value = "added to every level", defaultsTo = "1", min = 0, max = 255)
            int levels) {}

    /** Adds some levels to every pixel. */
    static final class Add implements Annotator<AddConfig> {
        @Override
        public String id() {
            return "add";
        }

        @Override
        public String summary() {
            return "adds levels";
        }

        @Override
        public Class<AddConfig> configType() {
            return AddConfig.class;
        }

        @Override
        public Picture annotate(AddConfig config, Picture picture, long seed) {
            byte[] rgb = picture.rgb();
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] += (byte) config.levels();
            }
            return Picture.of(picture.width(), picture.height(), rgb);
        }
    }

    /** Settings of {@link Blend}: an annotator that needs one. */
    record BlendConfig(@Setting("how much") double share) {}

    /** Has a setting without default. */
    static final class Blend implements Annotator<BlendConfig> {
        @Override
        public String id() {
            return "blend";
        }

        @Override
        public String summary() {
            return "blends";
        }

        @Override
        public Class<BlendConfig> configType() {
            return BlendConfig.class;
        }

        @Override
        public Picture annotate(BlendConfig config, Picture picture, long seed) {
            return picture;
        }
    }

    /** Settings of a tuner that takes the conditions it is told. */
    record FollowConfig(
            @Setting(value = "conditions, separated by spaces", defaultsTo = "add")
            String conditions) {}

    /** Takes conditions, adds nothing. */
    static final class Follow implements TunerProvider<FollowConfig> {
        @Override
        public String id() {
            return "follow";
        }

        @Override
        public String summary() {
            return "takes conditions";
        }

        @Override
        public Class<FollowConfig> configType() {
            return FollowConfig.class;
        }

        @Override
        public Tuner create(FollowConfig config, UNetLayout unet, Parameters parameters) {
            return new Tuner() {
                @Override
                public Map<SkipPoint, SkipResidual> skips() {
                    return Map.of(
                            unet.skips().get(0),
                            (skip, step) -> parameters.operators().scale(skip, 0));
                }

                @Override
                public Set<String> conditions() {
                    return Arrays.stream(config.conditions().split(" "))
                            .filter(name -> !name.isEmpty())
                            .collect(Collectors.toSet());
                }
            };
        }
    }
}
