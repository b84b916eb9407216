package org.scedit.core.model.single;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.scedit.core.UserException;
import org.scedit.core.weights.PartWeights;
import org.scedit.core.weights.TensorSource;
import org.scedit.core.weights.WeightSource;

/** The tensors of a file that no network takes. */
final class Leftovers {
    private Leftovers() {}

    /**
     * Every tensor must have a place, or be known to need none.
     *
     * @param networks what the file's tensors begin with → the network
     * @return a line that names what is left out; empty if nothing is
     * @throws UserException that lists the tensors which are not known
     */
    static Optional<String> check(TensorSource file, Map<String, LdmPart> networks, Family family) {
        List<String> unknown = new ArrayList<>();
        Map<String, Integer> unused = new TreeMap<>();
        for (WeightSource.Entry entry : file.tensors().values()) {
            String key = entry.name();
            String prefix = networks.keySet().stream()
                    .filter(key::startsWith)
                    .findFirst()
                    .orElse("");
            LdmPart network = networks.get(prefix);
            String inner = key.substring(prefix.length());
            if (Recognition.isIgnored(key) || network != null && network.isUnused(inner)) {
                unused.merge(group(key), 1, Integer::sum);
            } else if (!Recognition.isFact(key)
                    && (network == null
                            || network.place(PartWeights.Tensor.of(file, entry).named(inner))
                                    .findAny()
                                    .isEmpty())) {
                unknown.add(key);
            }
        }
        if (!unknown.isEmpty()) {
            throw new UserException(file.path() + ": looks like " + family.words() + ", and " + unknown.size()
                    + " tensors of it belong nowhere there: " + shown(unknown)
                    + "\nnothing was loaded; use a file without them, or a supported model; "
                    + Recognition.SUPPORTED);
        }
        List<String> words = new ArrayList<>();
        unused.forEach((name, count) -> words.add(count == 1 ? name : name + " (" + count + ")"));
        return words.isEmpty()
                ? Optional.empty()
                : Optional.of("left out, as they are not needed: " + String.join(", ", words));
    }

    /** What a tensor is counted under: the averages, the losses and a layer are one each. */
    private static String group(String key) {
        int block = key.indexOf(".resblocks.");
        if (block >= 0) {
            int end = key.indexOf('.', block + ".resblocks.".length());
            return (end < 0 ? key : key.substring(0, end)) + ".*";
        }
        for (String many : List.of("model_ema.", "first_stage_model.loss.")) {
            if (key.startsWith(many)) {
                return many + "*";
            }
        }
        return key;
    }

    private static String shown(List<String> keys) {
        int most = 8;
        return String.join(", ", keys.subList(0, Math.min(most, keys.size()))) + (keys.size() > most ? ", ..." : "");
    }
}
