package dev.atrium.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.Tool;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts and dashboard: they use metrics that the server exports, and each alert fires when it should. */
class MonitoringIT {

    /** Labels that Prometheus adds. */
    private static final Set<String> OF_THE_TARGET = Set.of("namespace", "job", "pod");

    private static final Pattern METRIC = Pattern.compile("\\b((?:atrium|jvm|process)_[a-z0-9_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z]+)(=|=~)\"([^\"]*)\"");

    private static List<Rule> rules;
    private static JsonNode dashboard;
    private static String metrics;

    @TempDir
    private Path directory;

    @BeforeAll
    static void read() throws Exception {
        Manifests production = Manifests.render(Path.of("kubernetes/overlays/production"));
        rules = production.one(PrometheusRule.class, "atrium").getSpec().getGroups().get(0).getRules();
        dashboard = new ObjectMapper()
                .readTree(production.one(ConfigMap.class, "atrium-dashboard").getData().get("atrium.json"));
        try (Replica replica = Replica.start()) {
            // Metrics of the garbage collector exist only after its first collection; all of Atrium's own exist from the start.
            replica.heapAfterCollection();
            metrics = replica.management("/q/metrics").body();
        }
    }

    @Test
    void alerts_query_metrics_that_the_server_exports() {
        assertThat(rules).allSatisfy(rule -> assertThat(unknown(rule.getExpr().getStrVal())).as(rule.getAlert()).isEmpty());
    }

    @Test
    void the_dashboard_queries_metrics_that_the_server_exports() {
        List<String> expressions = dashboard.findValuesAsText("expr");
        assertThat(expressions).hasSizeGreaterThan(20).allSatisfy(expression -> {
            assertThat(expression).containsPattern(METRIC);
            assertThat(unknown(expression)).as(expression).isEmpty();
        });
    }

    @Test
    void the_page_has_each_metric_with_its_type() throws IOException {
        Map<String, String> exported = new TreeMap<>();
        Pattern.compile("# TYPE (atrium_\\w+) (\\w+)").matcher(metrics).results().forEach(metric -> exported
                .put(metric.group(1) + (metric.group(2).equals("counter") ? "_total" : ""), metric.group(2)));
        // Part of the histogram.
        exported.remove("atrium_delivery_latency_seconds_max");
        Map<String, String> written = new TreeMap<>();
        String table = Files.readString(Path.of("docs/operations.md")).split("\n## Metrics\n")[1].split("\n## ")[0];
        table.lines().filter(line -> line.startsWith("| `")).map(line -> line.split("\\| ")).forEach(cells -> {
            String first = "";
            for (MatchResult name : Pattern.compile("`(atrium|…)(_\\w+)").matcher(cells[1]).results().toList()) {
                // `atrium_messages_received_total`, `…_received_bytes_total`
                first = name.group(1).equals("…") ? first : "atrium" + name.group(2);
                String prefix = name.group(1).equals("…") ? first.replaceAll("^([a-z]+_[a-z]+)_.*", "$1") : "atrium";
                written.put(prefix + name.group(2), cells[2].strip());
            }
        });
        assertThat(written).isEqualTo(exported);
    }

    @Test
    void the_panels_of_the_dashboard_lie_beside_each_other() {
        boolean[][] taken = new boolean[200][24];
        for (JsonNode panel : dashboard.path("panels")) {
            JsonNode place = panel.path("gridPos");
            for (int y = 0; y < place.path("h").asInt(); y++) {
                for (int x = 0; x < place.path("w").asInt(); x++) {
                    boolean[] line = taken[place.path("y").asInt() + y];
                    assertThat(line[place.path("x").asInt() + x]).as(panel.path("title").asText()).isFalse();
                    line[place.path("x").asInt() + x] = true;
                }
            }
        }
        assertThat(dashboard.path("panels")).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates();
    }

    @Test
    void a_metric_or_a_label_that_does_not_exist_would_be_seen() {
        assertThat(unknown("rate(atrium_nothing_total[5m])")).containsExactly("atrium_nothing_total");
        assertThat(unknown("atrium_connections_closed_total{namespace=\"a\", reason=~\"normal|slow\"}"))
                .containsExactly("atrium_connections_closed_total{reason=\"slow\"}");
    }

    @Test
    void each_alert_is_explained() throws IOException {
        String text = Files.readString(Path.of("docs/operations.md"));
        assertThat(rules).allSatisfy(rule -> {
            assertThat(text).contains("\n### " + rule.getAlert() + "\n");
            assertThat(rule.getAnnotations())
                    .containsEntry("runbook_url", "https://docs.example.com/atrium/operations.md#"
                            + rule.getAlert().toLowerCase(Locale.ROOT))
                    .containsKeys("summary", "description");
            assertThat(rule.getLabels().get("severity")).isIn("critical", "warning");
        });
        assertThat(text.lines().filter(line -> line.startsWith("### Atrium")).map(line -> line.substring(4)))
                .containsExactlyInAnyOrderElementsOf(rules.stream().map(Rule::getAlert).toList());
    }

    @Test
    void links_of_alerts_lead_to_where_the_namespace_says_that_the_pages_are() throws Exception {
        Path mine = Manifests.copyOfProduction("documentation",
                text -> text.replace("https://docs.example.com/atrium/operations.md",
                        "https://git.example.org/ops/blob/main/docs/operations.md"));
        assertThat(Manifests.render(mine).one(PrometheusRule.class, "atrium").getSpec().getGroups().get(0).getRules())
                .extracting(rule -> rule.getAnnotations().get("runbook_url")).hasSameSizeAs(rules)
                .allMatch(link -> link.matches("https://git\\.example\\.org/ops/blob/main/docs/operations\\.md#atrium[a-z]+"));
        // The component can be left out.
        Path without = Manifests.copyOfProduction("without-rules",
                text -> text.replace("  - ../../../kubernetes/components/prometheus-rules\n", ""));
        assertThat(Manifests.render(without).all(PrometheusRule.class)).isEmpty();
    }

    @Test
    void promtool_accepts_the_rules_and_each_fires_when_it_should() throws Exception {
        Path promtool = Tool.require("promtool");
        Path source = Path.of("kubernetes/components/prometheus-rules");
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        // promtool does not know the operator's object around the rules.
        yaml.writeValue(directory.resolve("rules.yaml").toFile(),
                yaml.readTree(source.resolve("prometheusrule.yaml").toFile()).path("spec"));
        String tests = Files.readString(source.resolve("tests.yaml"));
        Files.writeString(directory.resolve("tests.yaml"), tests);
        run(promtool, "check", "rules", "rules.yaml");
        run(promtool, "test", "rules", "tests.yaml");
        assertThat(rules)
                .allSatisfy(rule -> assertThat(tests).contains("alertname=\"" + rule.getAlert() + "\", alertstate=\"firing\""));
    }

    private void run(Path program, String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output.log");
        List<String> command = Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toList();
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    /** Returns the metrics of an expression that the server does not export, or not with that label. */
    private static List<String> unknown(String expression) {
        return METRIC.matcher(expression).results().flatMap(MonitoringIT::series).filter(series -> !isExported(series))
                .toList();
    }

    /** Returns a metric, and each of its labels separately as {@code metric{label="value"}}. */
    private static Stream<String> series(MatchResult found) {
        String metric = found.group(1);
        Stream.Builder<String> series = Stream.<String> builder().add(metric);
        Matcher labels = MATCHER.matcher(found.group(2) == null ? "" : found.group(2));
        while (labels.find()) {
            if (!OF_THE_TARGET.contains(labels.group(1))) {
                for (String value : labels.group(3).split("\\|")) {
                    series.add(metric + '{' + labels.group(1) + "=\"" + value + "\"}");
                }
            }
        }
        return series.build();
    }

    private static boolean isExported(String series) {
        int brace = series.indexOf('{');
        String metric = brace < 0 ? series : series.substring(0, brace);
        String label = brace < 0 ? "" : series.substring(brace + 1, series.length() - 1);
        return metrics.lines()
                .anyMatch(line -> line.startsWith(metric) && !Character.isLetterOrDigit(line.charAt(metric.length()))
                        && line.charAt(metric.length()) != '_' && line.contains(label));
    }
}
