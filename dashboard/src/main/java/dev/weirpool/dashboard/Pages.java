package dev.weirpool.dashboard;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.Map;

/** Writes pages from the templates, which are classes of this package; whatever they print is escaped for where it stands. */
final class Pages {

    private final TemplateEngine engine = TemplateEngine.createPrecompiled(
            null, ContentType.Html, Pages.class.getClassLoader(), Pages.class.getPackageName());

    String write(String template, Map<String, Object> values) {
        var out = new StringOutput();
        engine.render(template + ".jte", values, out);
        return out.toString();
    }
}
