package org.scedit.core.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.scedit.api.Drawn;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;

/** What one measure sees of a subject. */
class View implements Drawn {
    private final DrawnSubject drawn;
    private final int count;
    private final Optional<Condition> condition;

    /**
     * @param count     pictures that it sees
     * @param condition that it compares with
     */
    View(DrawnSubject drawn, int count, Optional<Condition> condition) {
        this.drawn = drawn;
        this.count = count;
        this.condition = condition;
    }

    @Override
    public List<String> prompts() {
        return each(drawn.subject()::prompt, count);
    }

    @Override
    public List<Picture> pictures() {
        return drawn.pictures(count);
    }

    @Override
    public List<Picture> targets() {
        return each(drawn.subject()::target, count);
    }

    @Override
    public List<Picture> references() {
        return each(drawn.subject()::target, drawn.drawing().references(count));
    }

    @Override
    public List<Picture> maps() {
        Condition followed = condition();
        return each(index -> drawn.subject().map(followed, index), count);
    }

    @Override
    public List<Picture> seen() {
        List<Picture> maps = new ArrayList<>();
        for (Picture picture : pictures()) {
            maps.add(condition()
                    .ofDrawn(picture, condition().seed(drawn.drawing().recipe().seed(), maps.size())));
        }
        return maps;
    }

    private Condition condition() {
        return condition.orElseThrow(
                () -> new IllegalStateException("the measure did not say that it needs a condition"));
    }

    @Override
    public List<List<Picture>> variations() {
        return drawn.variations();
    }

    @Override
    public float[][] features(List<Picture> pictures) {
        return network().ofPictures(pictures);
    }

    @Override
    public float[][] textFeatures(List<String> texts) {
        return network().ofTexts(texts);
    }

    private FeatureNetwork network() {
        return drawn.drawing()
                .features()
                .orElseThrow(() -> new IllegalStateException("the measure did not say that it needs features"));
    }

    static <T> List<T> each(IntFunction<T> of, int count) {
        return IntStream.range(0, count).mapToObj(of).toList();
    }
}
