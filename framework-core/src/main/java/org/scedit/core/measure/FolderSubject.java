package org.scedit.core.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.DataMaps;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.data.Pictures;

/** Held-out pictures of a folder. */
final class FolderSubject implements Subject {
    private final ImageFolder pictures;
    private final int side;
    private final Map<String, IntFunction<Picture>> maps = new LinkedHashMap<>();

    /**
     * @param side of the pictures that are drawn, in pixels
     * @param seed of what annotators draw by chance
     * @throws org.scedit.core.UserException if ready maps do not fit the pictures
     */
    FolderSubject(ImageFolder pictures, List<Condition> conditions, int side, long seed) {
        this.pictures = pictures;
        this.side = side;
        conditions.forEach(condition -> maps.put(condition.name(), DataMaps.of(condition, pictures, seed)));
    }

    @Override
    public int size() {
        return pictures.size();
    }

    @Override
    public String prompt(int index) {
        return pictures.get(index).caption();
    }

    @Override
    public Picture target(int index) {
        return Pictures.fit(pictures.get(index).picture(), side);
    }

    @Override
    public Picture map(Condition condition, int index) {
        return Pictures.fitMap(maps.get(condition.name()).apply(index), side);
    }
}
