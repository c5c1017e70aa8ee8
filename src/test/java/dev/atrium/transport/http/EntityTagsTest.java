package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tags of files on the class path, by what they hold. */
class EntityTagsTest {

    private final ClassLoader former = Thread.currentThread().getContextClassLoader();

    @TempDir
    private Path root;

    private URLClassLoader loader;

    @BeforeEach
    void add() throws IOException {
        write("web/page.html", "hello");
        write("web/js/a.js", "a");
        write("web/js/lib/b.js", "b");
        write("web/js/lib/c.js", "b");
        write("web/other/d.js", "d");
        loader = new URLClassLoader(new URL[] { root.toUri().toURL() }, former);
        Thread.currentThread().setContextClassLoader(loader);
    }

    @AfterEach
    void restore() throws IOException {
        Thread.currentThread().setContextClassLoader(former);
        loader.close();
    }

    @Test
    void files_and_all_files_of_folders_are_known_by_the_path_of_their_url() throws IOException {
        assertThat(EntityTags.ofResources("web", "page.html", "js")).containsOnlyKeys("/page.html", "/js/a.js", "/js/lib/b.js",
                "/js/lib/c.js");
    }

    @Test
    void a_tag_is_of_the_content_alone() throws IOException {
        Map<String, String> tags = EntityTags.ofResources("web", "page.html", "js");
        // The first 22 characters of the SHA-256 of "hello" in base64url.
        assertThat(tags.get("/page.html")).isEqualTo("\"LPJNul-wow4m6Dsqxbninh\"");
        assertThat(tags.get("/js/lib/b.js")).isEqualTo(tags.get("/js/lib/c.js")).isNotEqualTo(tags.get("/js/a.js"));
    }

    @Test
    void a_missing_resource_has_no_tag() throws IOException {
        assertThat(EntityTags.ofResources("web", "missing")).isEmpty();
    }

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
