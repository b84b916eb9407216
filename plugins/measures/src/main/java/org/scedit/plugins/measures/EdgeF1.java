package org.scedit.plugins.measures;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Picture;

/**
 * Mean over the pictures of the F1 of edges:
 * <pre>
 * precision = share of seen edge pixels with a wanted one at most {@code tolerance} pixels away, in x and in y
 * recall    = share of wanted edge pixels with a seen one as near
 * F1        = 2 · precision · recall / (precision + recall)      0 where both are; 1 where no edge is wanted or seen
 * </pre>
 * An edge pixel is one brighter than the middle of its scale (127). Source: the boundary F-measure of Martin, Fowlkes and
 * Malik 2004, with a fixed tolerance and without their one-to-one assignment of pixels.
 */
@Extension
public final class EdgeF1 extends MapMeasure<EdgeF1Config> {
    private static final int MIDDLE = 127;

    @Override
    public String id() {
        return "edge-f1";
    }

    @Override
    public String summary() {
        return "how well pictures follow edges: F1 of edge pixels within a tolerance, 0 to 1 (Martin et al. 2004)";
    }

    @Override
    public Class<EdgeF1Config> configType() {
        return EdgeF1Config.class;
    }

    @Override
    public List<Value> measure(EdgeF1Config config, Drawn drawn) {
        return List.of(mean(
                "edge F1", Better.HIGHER, drawn, (wanted, seen) -> f1(edges(wanted), edges(seen), config.tolerance())));
    }

    /** Rows of pixels. */
    private static boolean[][] edges(Picture map) {
        boolean[][] edges = new boolean[map.height()][map.width()];
        for (int y = 0; y < map.height(); y++) {
            for (int x = 0; x < map.width(); x++) {
                edges[y][x] = map.at(x, y, 0) > MIDDLE;
            }
        }
        return edges;
    }

    private static double f1(boolean[][] wanted, boolean[][] seen, int tolerance) {
        int ofWanted = count(wanted);
        int ofSeen = count(seen);
        if (ofWanted == 0 && ofSeen == 0) {
            return 1;
        }
        double precision = ofSeen == 0 ? 0 : near(seen, wanted, tolerance) / (double) ofSeen;
        double recall = ofWanted == 0 ? 0 : near(wanted, seen, tolerance) / (double) ofWanted;
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static int count(boolean[][] edges) {
        int count = 0;
        for (boolean[] row : edges) {
            for (boolean edge : row) {
                count += edge ? 1 : 0;
            }
        }
        return count;
    }

    /** How many edges of the one have one of the other near. */
    private static int near(boolean[][] of, boolean[][] other, int tolerance) {
        int near = 0;
        for (int y = 0; y < of.length; y++) {
            for (int x = 0; x < of[y].length; x++) {
                near += of[y][x] && anyAround(other, x, y, tolerance) ? 1 : 0;
            }
        }
        return near;
    }

    private static boolean anyAround(boolean[][] edges, int x, int y, int tolerance) {
        for (int v = Math.max(0, y - tolerance); v <= Math.min(edges.length - 1, y + tolerance); v++) {
            for (int u = Math.max(0, x - tolerance); u <= Math.min(edges[v].length - 1, x + tolerance); u++) {
                if (edges[v][u]) {
                    return true;
                }
            }
        }
        return false;
    }
}
