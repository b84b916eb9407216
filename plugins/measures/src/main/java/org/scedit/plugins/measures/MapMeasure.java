package org.scedit.plugins.measures;

import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

/**
 * How well drawn pictures follow their condition: the map that is seen in a picture is compared with the map that it was
 * drawn from, picture by picture, and the mean is taken. This is the consistency of ControlNet++ (Li et al. 2024,
 * arXiv:2404.07987, section 3.2): the same thing makes both maps.
 *
 * @param <C> the configuration record
 */
abstract class MapMeasure<C extends Record> implements Measure<C> {
    @Override
    public final Set<Need> needs(C config) {
        return Set.of(Need.CONDITION);
    }

    /**
     * The mean of a comparison over the pictures.
     *
     * @param compare a wanted map with the seen one
     */
    static Value mean(String name, Better better, Drawn drawn, ToDoubleBiFunction<Picture, Picture> compare) {
        List<Picture> wanted = drawn.maps();
        List<Picture> seen = drawn.seen();
        double sum = 0;
        for (int i = 0; i < wanted.size(); i++) {
            sum += compare.applyAsDouble(wanted.get(i), seen.get(i));
        }
        return new Value(name, sum / wanted.size(), better, wanted.size());
    }
}
