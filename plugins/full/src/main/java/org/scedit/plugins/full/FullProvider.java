package org.scedit.plugins.full;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/**
 * Full fine-tuning: trains the backbone's own weights, all of them or those whose names match a pattern (so that
 * {@code '*.bias'} is BitFit).
 */
@Extension
public final class FullProvider implements TunerProvider<FullConfig> {
    @Override
    public String id() {
        return "full";
    }

    @Override
    public String summary() {
        return "Full fine-tuning: trains the U-Net's own weights, all or by name";
    }

    @Override
    public Class<FullConfig> configType() {
        return FullConfig.class;
    }

    @Override
    public Tuner create(FullConfig config, UNetLayout unet, Parameters parameters) {
        Set<String> names = new LinkedHashSet<>();
        for (String pattern : config.parameters()) {
            var regex = Pattern.compile(
                    Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
            if (!unet.parameters().keySet().stream()
                    .filter(name -> regex.matcher(name).matches())
                    .map(names::add)
                    .reduce(false, (seen, added) -> true)) {
                throw new IllegalArgumentException("parameters pattern '" + pattern + "' matches none of the U-Net's "
                        + unet.parameters().size() + " parameters, such as '"
                        + unet.parameters().keySet().iterator().next() + "'");
            }
        }
        return new Tuner() {
            @Override
            public Set<String> backboneParameters() {
                return names;
            }
        };
    }
}
