package org.scedit.core.report;

import freemarker.cache.ClassTemplateLoader;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/**
 * {@code report.html}: one file that needs no other. What came from files is escaped by the template engine; beyond
 * that, the page's own policy allows its one script, known by its hash, and nothing from elsewhere.
 */
final class Page {
    private Page() {}

    /** The page, the same for the same findings. */
    static String of(Findings findings) {
        var engine = new Configuration(Configuration.VERSION_2_3_34);
        engine.setTemplateLoader(new ClassTemplateLoader(Page.class, ""));
        engine.setDefaultEncoding(StandardCharsets.UTF_8.name());
        engine.setLocale(Locale.ROOT);
        engine.setNumberFormat("computer");
        engine.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        engine.setLogTemplateExceptions(false);
        String script = resource("report.js");
        var page = new StringWriter();
        try {
            engine.getTemplate("report.ftlh")
                    .process(
                            Map.of(
                                    "view", PageViewBuilder.view(findings),
                                    "level", Comparison.LEVEL,
                                    "style", resource("report.css"),
                                    "script", script,
                                    "scriptHash", hash(script)),
                            page);
        } catch (IOException | TemplateException e) {
            throw new IllegalStateException("the report's template", e);
        }
        return page.toString();
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
