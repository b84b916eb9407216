package org.scedit.plugins.measures;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Picture;

/**
 * Share of pixels of the right class, mean over the pictures:
 * <pre>accuracy = (pixels whose colour in the seen map is that of the wanted map) / (pixels)</pre>
 * A class is a colour of the map. Source: pixel accuracy as in Long, Shelhamer and Darrell 2015 (arXiv:1411.4038),
 * section 5.
 */
@Extension
public final class SegmentationAccuracy extends MapMeasure<NoSettings> {
    @Override
    public String id() {
        return "segmentation-accuracy";
    }

    @Override
    public String summary() {
        return "how well pictures follow a segmentation: share of pixels of the right class (arXiv:1411.4038)";
    }

    @Override
    public Class<NoSettings> configType() {
        return NoSettings.class;
    }

    @Override
    public List<Value> measure(NoSettings config, Drawn drawn) {
        return List.of(mean("segmentation accuracy", Better.HIGHER, drawn, SegmentationAccuracy::accuracy));
    }

    private static double accuracy(Picture wanted, Picture seen) {
        int right = 0;
        for (int y = 0; y < wanted.height(); y++) {
            for (int x = 0; x < wanted.width(); x++) {
                right += colour(wanted, x, y) == colour(seen, x, y) ? 1 : 0;
            }
        }
        return right / (double) (wanted.width() * wanted.height());
    }

    private static int colour(Picture map, int x, int y) {
        return map.at(x, y, 0) << 16 | map.at(x, y, 1) << 8 | map.at(x, y, 2);
    }
}
