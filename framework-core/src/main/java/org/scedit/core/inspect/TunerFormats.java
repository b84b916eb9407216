package org.scedit.core.inspect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.weights.WeightSource;

/** Tells the method and the format of a file of weights, among what the installed plugins know. */
final class TunerFormats {
    private static final int SHOWN = 6;

    private final Map<String, TunerProvider<?>> providers;

    /** @param providers the methods by id */
    TunerFormats(Map<String, TunerProvider<?>> providers) {
        this.providers = providers;
    }

    /**
     * Recognises a file: by its metadata if this project wrote it, else by the one format whose names it has.
     *
     * @param how what the user says of it, used if the file does not say it itself
     * @throws UserException if its method is not installed, or no format or several recognise it; the message lists them
     */
    RecognisedFile<?> recognise(WeightSource file, TunerFile.Unlabelled how) {
        String labelled = file.metadata().get(FrameworkFormat.METHOD);
        if (labelled != null) {
            return own(provider(labelled, file), "{}", file);
        }
        if (how.method().isPresent() && how.settings().isPresent()) {
            return own(provider(how.method().get(), file), how.settings().get(), file);
        }
        Collection<TunerProvider<?>> asked =
                how.method().isPresent() ? List.of(provider(how.method().get(), file)) : providers.values();
        List<RecognisedFile<?>> matches = new ArrayList<>();
        asked.forEach(provider -> matches.addAll(matching(provider, file)));
        if (matches.size() == 1) {
            return matches.get(0);
        }
        if (!matches.isEmpty()) {
            throw new UserException(file.given() + ": has the names of several formats: "
                    + String.join(
                            ", ", matches.stream().map(RecognisedFile::toString).toList())
                    + "; say which with --method ID");
        }
        if (how.method().isPresent()) {
            return own(asked.iterator().next(), "{}", file);
        }
        throw unknown(file);
    }

    /**
     * Recognises a file that is to be of a certain method.
     *
     * @param settings as YAML, of a file that has the method's own names and does not say its settings itself
     * @throws UserException if it is another method's file; the message says which
     */
    RecognisedFile<?> recogniseAs(WeightSource file, String method, String settings) {
        String labelled = file.metadata().get(FrameworkFormat.METHOD);
        if (labelled != null) {
            if (!labelled.equals(method)) {
                throw other(file, labelled, method);
            }
            return own(provider(method, file), "{}", file);
        }
        List<? extends RecognisedFile<?>> matches = matching(provider(method, file), file);
        if (!matches.isEmpty()) {
            return matches.get(0); // of a method's formats at most one matches
        }
        for (TunerProvider<?> provider : providers.values()) {
            if (!matching(provider, file).isEmpty()) {
                throw other(file, matching(provider, file).get(0).toString(), method);
            }
        }
        return own(provider(method, file), settings, file);
    }

    private static UserException other(WeightSource file, String found, String wanted) {
        return new UserException(file.given() + ": holds weights of " + found + ", not of " + wanted
                + "; nothing was loaded, use the tuner they are of");
    }

    /**
     * A method's format by its id.
     *
     * @throws UserException if the method has no such format; the message lists those it has
     */
    static <C extends Record> TunerFormat<C> format(TunerProvider<C> provider, String id) {
        if (id.equals(FrameworkFormat.ID)) {
            return new FrameworkFormat<>(provider, "{}", FrameworkFormat.ID);
        }
        return provider.formats().stream()
                .filter(format -> format.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new UserException(
                        "--to " + id + ": " + provider.id() + " is written as " + String.join(", ", ids(provider))));
    }

    private static TreeSet<String> ids(TunerProvider<?> provider) {
        var ids = new TreeSet<>(List.of(FrameworkFormat.ID));
        provider.formats().forEach(format -> ids.add(format.id()));
        return ids;
    }

    private static <C extends Record> RecognisedFile<C> own(
            TunerProvider<C> provider, String settings, WeightSource file) {
        return new RecognisedFile<>(
                provider, new FrameworkFormat<>(provider, settings, file.given() + " (settings)"), file);
    }

    private static <C extends Record> List<RecognisedFile<C>> matching(TunerProvider<C> provider, WeightSource file) {
        return provider.formats().stream()
                .filter(format -> format.matches(file.names()))
                .map(format -> new RecognisedFile<>(provider, format, file))
                .toList();
    }

    private TunerProvider<?> provider(String method, WeightSource file) {
        return Optional.<TunerProvider<?>>ofNullable(providers.get(method))
                .orElseThrow(() -> new UserException(file.given() + ": needs the tuner '" + method
                        + "', which no installed plugin offers; "
                        + (providers.isEmpty()
                                ? "none is installed"
                                : "there are " + String.join(", ", providers.keySet()))));
    }

    private UserException unknown(WeightSource file) {
        List<String> tried = new ArrayList<>();
        for (TunerProvider<?> provider : providers.values()) {
            provider.formats().forEach(format -> tried.add(provider.id() + " (" + format.id() + ")"));
        }
        List<String> keys = file.entries().stream()
                .limit(SHOWN)
                .map(WeightSource.Entry::name)
                .toList();
        return new UserException(file.given()
                + ": does not say which method made it (no scedit.method in its metadata), and its weights are not"
                + " recognised\n  tried: "
                + (tried.isEmpty() ? "no installed plugin reads other tools' files" : String.join(", ", tried))
                + "\n  its keys: " + String.join(", ", keys) + (file.entries().size() > SHOWN ? ", ..." : "") + " ("
                + file.entries().size() + " in all)"
                + "\ngive --method ID, and --settings '{key: value}' where they are not the defaults");
    }
}
