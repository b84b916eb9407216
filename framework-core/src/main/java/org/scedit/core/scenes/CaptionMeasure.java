package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;

/**
 * Share of pictures that show what their captions say, by the rules of {@link SceneChecker}:
 * <pre>captions = (1/n) Σ [ the objects found in picture i are those of scene i ]</pre>
 * once for scenes of one object and once of two, all of combinations of colour and shape not seen in pretraining.
 */
final class CaptionMeasure extends SceneMeasure {
    private static final List<String> NUMBERS = List.of("one object", "two objects");

    @Override
    public String id() {
        return "captions";
    }

    @Override
    public String summary() {
        return "share of captions that pictures of scenes show, by rules; combinations not seen in pretraining";
    }

    @Override
    List<Value> measure(SceneDrawn drawn) {
        List<Value> values = new ArrayList<>();
        for (int objects = 1; objects <= NUMBERS.size(); objects++) {
            SceneDrawn heldOut = drawn.heldOut(objects);
            List<Picture> pictures = heldOut.pictures();
            int right = 0;
            for (int i = 0; i < pictures.size(); i++) {
                right += SceneChecker.matches(pictures.get(i), heldOut.scenes().get(i)) ? 1 : 0;
            }
            values.add(new Value(
                    "captions of " + NUMBERS.get(objects - 1),
                    (double) right / pictures.size(),
                    Better.HIGHER,
                    pictures.size()));
        }
        return values;
    }
}
