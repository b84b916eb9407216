package org.scedit.plugins.t2iadapter;

import java.util.Map;
import org.scedit.api.TunerProvider;
import org.scedit.plugins.t2iadapter.T2iAdapterConfig.Type;
import org.scedit.testkit.TunerContract;

class LightT2iAdapterTest extends TunerContract<T2iAdapterConfig> {
    @Override
    protected TunerProvider<T2iAdapterConfig> provider() {
        return new T2iAdapterProvider();
    }

    @Override
    protected T2iAdapterConfig settings() {
        return new T2iAdapterConfig("sketch", Type.LIGHT, 3, 8, 1, 0);
    }

    /** Blocks of a quarter of the feature's channels within. */
    @Override
    protected long parameterCount() {
        long count = 0;
        int before = 192;
        for (int c : new int[] {8, 16, 16, 16}) {
            int w = c / 4;
            count += before * w + w + 2 * (w * w * 9 + w) + w * c + c;
            before = c;
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of("type: heavy", """
                recipe.yaml:4:5   tuners[0].type must be one of full, light, got 'heavy'
                1 problem, nothing was started""");
    }
}
