package dev.atrium.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.setting.DurationSetting;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressServiceBackend;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Manifests under {@code kubernetes}: consistent with each other and with the server. */
class KubernetesIT {

    private static final Path OVERLAYS = Path.of("kubernetes/overlays");
    private static final Path COMPONENTS = Path.of("kubernetes/components");

    /** Default settings of the drain, for those that the ConfigMap does not set. */
    private static final Map<String, String> DRAIN = Map.of("atrium.drain.delay", "5s", "atrium.drain.window", "30s",
            "atrium.drain.grace", "10s");

    private static Manifests trial;
    private static Manifests production;
    private static Manifests gateway;
    private static Manifests traces;

    @BeforeAll
    static void render() throws IOException, InterruptedException {
        trial = Manifests.render(OVERLAYS.resolve("trial"));
        production = Manifests.render(OVERLAYS.resolve("production"));
        gateway = Manifests.withComponents("gateway");
        traces = Manifests.withComponents("traces");
    }

    private static Stream<Manifests> all() {
        return Stream.of(trial, production, gateway, traces);
    }

    @Test
    void every_overlay_and_every_component_renders() throws Exception {
        for (Path overlay : directories(OVERLAYS)) {
            assertThat(Manifests.render(overlay).all()).as(overlay.toString()).isNotEmpty();
        }
        for (Path component : directories(COMPONENTS)) {
            assertThat(Manifests.withComponents(component.getFileName().toString()).all()).as(component.toString())
                    .isNotEmpty();
        }
    }

    @Test
    void a_field_that_does_not_exist_would_be_seen() throws Exception {
        Path directory = Files.createDirectories(Path.of("target/kustomize/mistaken"));
        Files.writeString(directory.resolve("kustomization.yaml"), "resources: [service.yaml]\n");
        Files.writeString(directory.resolve("service.yaml"),
                "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n    - {port: 80, tragetPort: http}\n");
        assertThatThrownBy(() -> Manifests.render(directory)).isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("tragetPort");
    }

    @Test
    void probes_ask_what_the_server_answers() {
        Replica replica = SharedReplicas.open();
        all().map(KubernetesIT::server).forEach(server -> {
            Map<String, Probe> probes = Map.of("started", server.getStartupProbe(), "ready", server.getReadinessProbe(),
                    "live", server.getLivenessProbe());
            probes.forEach((question, probe) -> {
                assertThat(probe.getHttpGet().getPath()).isEqualTo("/q/health/" + question);
                assertThat(containerPort(server, probe.getHttpGet().getPort())).isEqualTo(9000);
                assertThat(replica.management(probe.getHttpGet().getPath()).statusCode()).isEqualTo(200);
            });
        });
    }

    @Test
    void ports_are_those_that_the_server_listens_on() throws IOException {
        Properties defaults = new Properties();
        defaults.load(Files.newBufferedReader(Path.of("src/main/resources/application.properties")));
        assertThat(all().map(KubernetesIT::server)).allSatisfy(server -> {
            assertThat(containerPort(server, new IntOrString("http"))).hasToString(defaults.getProperty("quarkus.http.port"));
            assertThat(containerPort(server, new IntOrString("management")))
                    .hasToString(defaults.getProperty("quarkus.management.port"));
        });
        assertThat(all().map(KubernetesIT::settings)).allSatisfy(
                settings -> assertThat(settings).doesNotContainKeys("quarkus.http.port", "quarkus.management.port"));
    }

    @Test
    void each_selector_finds_its_pods_and_each_port_is_theirs() {
        all().forEach(manifests -> {
            for (Service service : manifests.all(Service.class)) {
                Container container = selected(manifests, service.getSpec().getSelector());
                service.getSpec().getPorts().forEach(port -> containerPort(container, port.getTargetPort()));
            }
            for (PodDisruptionBudget budget : manifests.all(PodDisruptionBudget.class)) {
                selected(manifests, labels(budget.getSpec().getSelector()));
            }
            for (PodMonitor monitor : manifests.all(PodMonitor.class)) {
                Container container = selected(manifests, labels(monitor.getSpec().getSelector()));
                monitor.getSpec().getPodMetricsEndpoints().forEach(
                        endpoint -> assertThat(containerPort(container, new IntOrString(endpoint.getPort()))).isEqualTo(9000));
            }
            for (HorizontalPodAutoscaler scaler : manifests.all(HorizontalPodAutoscaler.class)) {
                manifests.one(Deployment.class, scaler.getSpec().getScaleTargetRef().getName());
            }
            for (Deployment deployment : manifests.all(Deployment.class)) {
                selected(manifests, labels(deployment.getSpec().getSelector()));
                deployment.getSpec().getTemplate().getSpec().getTopologySpreadConstraints()
                        .forEach(spread -> selected(manifests, labels(spread.getLabelSelector())));
            }
        });
    }

    @Test
    void requests_from_outside_are_routed_to_a_service_that_exists() {
        IngressServiceBackend backend = production.one(Ingress.class, "atrium").getSpec().getRules().get(0).getHttp().getPaths()
                .get(0)
                .getBackend().getService();
        assertThat(production.one(Service.class, backend.getName()).getSpec().getPorts())
                .anyMatch(port -> port.getName().equals(backend.getPort().getName()));
        var route = gateway.one(HTTPRoute.class, "atrium").getSpec().getRules().get(0).getBackendRefs().get(0);
        assertThat(gateway.one(Service.class, route.getName()).getSpec().getPorts())
                .anyMatch(port -> port.getPort().equals(route.getPort()));
    }

    @Test
    void a_client_that_a_full_replica_refuses_is_sent_to_the_next_one() throws Exception {
        assertThat(production.one(Ingress.class, "atrium").getMetadata().getAnnotations())
                .containsEntry("nginx.ingress.kubernetes.io/proxy-next-upstream", "error timeout http_503")
                .containsEntry("nginx.ingress.kubernetes.io/proxy-next-upstream-tries", "3")
                // Buffered, a file is on the ingress's disk first.
                .containsEntry("nginx.ingress.kubernetes.io/proxy-request-buffering", "off")
                // With a limit it would answer 413 itself, which pages cannot read.
                .containsEntry("nginx.ingress.kubernetes.io/proxy-body-size", "0")
                .doesNotContainKey("nginx.ingress.kubernetes.io/proxy-next-upstream-non-idempotent");
        List<HTTPRouteRule> rules = Manifests.withComponents("gateway", "gateway-retry").one(HTTPRoute.class, "atrium")
                .getSpec()
                .getRules();
        HTTPRouteRule plain = gateway.one(HTTPRoute.class, "atrium").getSpec().getRules().get(0);
        assertThat(rules).hasSize(2).element(1).isEqualTo(plain);
        assertThat(rules.get(0)).satisfies(get -> {
            assertThat(get.getMatches()).singleElement().satisfies(match -> {
                assertThat(match.getMethod()).isEqualTo("GET");
                assertThat(match.getPath()).isEqualTo(plain.getMatches().get(0).getPath());
            });
            assertThat(get.getRetry().getCodes()).containsExactly(503);
            assertThat(get.getTimeouts()).isEqualTo(plain.getTimeouts());
            assertThat(get.getBackendRefs()).isEqualTo(plain.getBackendRefs());
        });
        assertThat(plain.getRetry()).as("a repeated POST may publish twice").isNull();
    }

    @Test
    void a_path_before_that_of_the_server_is_removed_as_the_page_says_how() throws Exception {
        String patches = Files.readString(Path.of("docs/operations.md")).split("### Below a path")[1].split("```yaml\n|```")[1];
        Manifests ingress = Manifests.render(Manifests.copyOfProduction("below-ingress",
                text -> text.replaceFirst("(?m)^patches:\n", Matcher.quoteReplacement("patches:\n" + patches))));
        assertThat(ingress.one(Ingress.class, "atrium")).satisfies(object -> {
            assertThat(object.getSpec().getRules().get(0).getHttp().getPaths().get(0)).satisfies(path -> {
                assertThat(path.getPath()).isEqualTo("/realtime(/|$)(.*)");
                assertThat(path.getPathType()).isEqualTo("ImplementationSpecific");
            });
            assertThat(object.getMetadata().getAnnotations())
                    .containsEntry("nginx.ingress.kubernetes.io/use-regex", "true")
                    .containsEntry("nginx.ingress.kubernetes.io/rewrite-target", "/$2");
        });
        Manifests route = Manifests.render(Manifests.copyOfProduction("below-gateway",
                text -> text.replaceFirst("(?m)^patches:\n", Matcher.quoteReplacement("patches:\n" + patches))
                        .replace("components/ingress-nginx", "components/gateway")));
        assertThat(route.one(HTTPRoute.class, "atrium").getSpec().getRules()).singleElement().satisfies(rule -> {
            assertThat(rule.getMatches().get(0).getPath().getValue()).isEqualTo("/realtime");
            assertThat(rule.getFilters()).singleElement().satisfies(filter -> {
                assertThat(filter.getType()).isEqualTo("URLRewrite");
                assertThat(filter.getUrlRewrite().getPath().getType()).isEqualTo("ReplacePrefixMatch");
                assertThat(filter.getUrlRewrite().getPath().getReplacePrefixMatch()).isEqualTo("/");
            });
        });
    }

    @Test
    void policies_open_the_ports_of_the_pods_and_management_to_monitoring_alone() {
        all().forEach(manifests -> {
            for (NetworkPolicy policy : manifests.all(NetworkPolicy.class)) {
                Container container = selected(manifests, labels(policy.getSpec().getPodSelector()));
                policy.getSpec().getIngress().forEach(rule -> rule.getPorts().forEach(port -> {
                    assertThat(container.getPorts()).anyMatch(own -> own.getContainerPort().equals(port.getPort().getIntVal()));
                    assertThat(rule.getFrom()).as("at least one source").isNotEmpty();
                    if (port.getPort().getIntVal() == 9000) {
                        assertThat(rule.getFrom()).extracting(NetworkPolicyPeer::getNamespaceSelector)
                                .allSatisfy(from -> assertThat(from.getMatchLabels())
                                        .containsEntry("kubernetes.io/metadata.name", "monitoring"));
                    }
                }));
            }
            // All other traffic is denied only if both directions are listed.
            assertThat(manifests.one(NetworkPolicy.class, "atrium").getSpec().getPolicyTypes())
                    .containsExactlyInAnyOrder("Ingress", "Egress");
        });
        assertThat(trial.all(NetworkPolicy.class)).extracting(policy -> policy.getMetadata().getName())
                .contains("atrium-to-redis");
        assertThat(production.all(NetworkPolicy.class)).extracting(policy -> policy.getMetadata().getName())
                .contains("atrium-to-redis", "atrium-from-ingress-nginx", "atrium-from-monitoring");
    }

    @Test
    void traces_go_where_the_policy_lets_them() {
        URI collector = URI
                .create(server(traces).getEnv().stream().filter(entry -> entry.getName().equals("OTEL_EXPORTER_OTLP_ENDPOINT"))
                        .findFirst().orElseThrow().getValue());
        assertThat(traces.one(NetworkPolicy.class, "atrium-to-collector").getSpec().getEgress()).singleElement()
                .satisfies(rule -> {
                    assertThat(rule.getTo()).singleElement()
                            .satisfies(to -> assertThat(to.getNamespaceSelector().getMatchLabels())
                                    .containsEntry("kubernetes.io/metadata.name", collector.getHost().split("\\.")[1]));
                    assertThat(rule.getPorts()).singleElement()
                            .satisfies(port -> assertThat(port.getPort().getIntVal()).isEqualTo(collector.getPort()));
                });
    }

    @Test
    void a_replica_has_the_time_that_its_drain_takes() {
        all().forEach(manifests -> {
            Properties settings = settings(manifests);
            Converter<Duration> reader = new DurationSetting();
            Duration drain = DRAIN.keySet().stream().map(name -> reader.convert(settings.getProperty(name, DRAIN.get(name))))
                    .reduce(Duration.ZERO, Duration::plus);
            long seconds = manifests.one(Deployment.class, "atrium").getSpec().getTemplate().getSpec()
                    .getTerminationGracePeriodSeconds();
            assertThat(Duration.ofSeconds(seconds)).isGreaterThanOrEqualTo(drain.plusSeconds(5));
        });
    }

    @Test
    void pods_are_restricted() {
        all().flatMap(manifests -> manifests.all(Deployment.class).stream()).forEach(deployment -> {
            PodTemplateSpec pod = deployment.getSpec().getTemplate();
            assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSpec().getEnableServiceLinks()).isFalse();
            assertThat(pod.getSpec().getContainers()).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(container.getResources().getLimits()).containsKey("memory");
            });
            assertThat(pod.getSpec().getVolumes()).allMatch(volume -> volume.getHostPath() == null);
        });
        assertThat(server(production).getVolumeMounts()).anyMatch(mount -> mount.getMountPath().equals("/tmp"));
    }

    @Test
    void production_demands_tokens_origins_and_a_redis_with_tls_and_holds_no_secret() {
        Properties settings = settings(production);
        assertThat(settings).containsEntry("atrium.auth.mode", "required").containsEntry("atrium.backplane", "redis")
                .containsEntry("quarkus.tls.redis.hostname-verification-algorithm", "HTTPS")
                .containsKeys("atrium.origins", "atrium.trusted-proxies", "mp.jwt.verify.issuer", "mp.jwt.verify.audiences");
        assertThat(settings.stringPropertyNames()).noneMatch(name -> name.matches(".*(password|secret|\\.key)"));
        assertThat(server(production).getEnv()).filteredOn(entry -> entry.getName().equals("QUARKUS_REDIS_HOSTS"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.getValueFrom().getSecretKeyRef().getName()).isEqualTo("atrium-redis"));
        assertThat(production.all()).noneMatch(object -> object.getKind().equals("Secret"));
    }

    @Test
    void production_uses_a_gateway_instead_of_the_ingress() throws Exception {
        Path mine = Manifests.copyOfProduction("production-gateway",
                text -> text.replace("components/ingress-nginx", "components/gateway")
                        .replace("atrium.example.com", "rooms.example.org")
                        .replace("value: {name: gateway, namespace: gateway}", "value: {name: edge, namespace: front}")
                        .replace("value: ingress-nginx", "value: envoy"));
        Manifests changed = Manifests.render(mine);
        HTTPRoute route = changed.one(HTTPRoute.class, "atrium");
        assertThat(route.getSpec().getHostnames()).containsExactly("rooms.example.org");
        assertThat(route.getSpec().getParentRefs()).singleElement().satisfies(parent -> {
            assertThat(parent.getName()).isEqualTo("edge");
            assertThat(parent.getNamespace()).isEqualTo("front");
        });
        assertThat(changed.one(NetworkPolicy.class, "atrium-from-gateway").getSpec().getIngress().get(0).getFrom().get(0)
                .getNamespaceSelector().getMatchLabels()).containsValue("envoy");
        assertThat(changed.all(Ingress.class)).isEmpty();
    }

    @Test
    void every_object_and_every_pod_has_the_version_of_its_image() {
        for (Manifests manifests : List.of(trial, production)) {
            String image = server(manifests).getImage();
            String version = image.substring(image.indexOf(':') + 1);
            assertThat(manifests.all()).allSatisfy(object -> assertThat(object.getMetadata().getLabels())
                    .as(object.getKind()).containsEntry("app.kubernetes.io/version", version));
            assertThat(manifests.one(Deployment.class, "atrium").getSpec()).satisfies(deployment -> {
                assertThat(deployment.getTemplate().getMetadata().getLabels())
                        .containsEntry("app.kubernetes.io/version", version);
                // It cannot be changed, and pods of two versions are one Deployment.
                assertThat(deployment.getSelector().getMatchLabels()).doesNotContainKey("app.kubernetes.io/version");
            });
            assertThat(manifests.all(Service.class)).allSatisfy(
                    service -> assertThat(service.getSpec().getSelector()).doesNotContainKey("app.kubernetes.io/version"));
        }
    }

    @Test
    void openshift_chooses_the_user_and_is_asked_for_names() throws Exception {
        Manifests openshift = Manifests.withComponents("redis", "openshift");
        assertThat(openshift.all(Deployment.class)).hasSize(2).allSatisfy(deployment -> assertThat(
                deployment.getSpec().getTemplate().getSpec().getSecurityContext()).satisfies(pod -> {
                    assertThat(pod.getRunAsUser()).isNull();
                    assertThat(pod.getRunAsGroup()).isNull();
                    assertThat(pod.getFsGroup()).isNull();
                    assertThat(pod.getRunAsNonRoot()).isTrue();
                }));
        assertThat(openshift.one(NetworkPolicy.class, "atrium-to-openshift-dns").getSpec().getEgress()).singleElement()
                .satisfies(rule -> {
                    assertThat(rule.getTo()).singleElement()
                            .satisfies(to -> assertThat(to.getNamespaceSelector().getMatchLabels())
                                    .containsEntry("kubernetes.io/metadata.name", "openshift-dns"));
                    assertThat(rule.getPorts()).extracting(port -> port.getProtocol() + port.getPort().getIntVal())
                            .containsExactly("UDP5353", "TCP5353");
                });
    }

    @Test
    void each_example_value_is_marked() throws IOException {
        for (Path file : Files.list(OVERLAYS.resolve("production")).toList()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).contains("example.com") || lines.get(i).contains("192.0.2.")) {
                    assertThat(lines.get(i) + (i > 0 ? lines.get(i - 1) : "")).as("%s:%d", file, i + 1).contains("CHANGE");
                }
            }
        }
    }

    @Test
    void the_image_runs_with_the_flags_that_were_measured() throws IOException {
        String flags = Files.readString(Path.of("docs/operations.md")).split("## The JVM")[1].split("```")[1];
        assertThat(Files.readAllLines(Path.of("src/main/docker/jvm.options"))).contains(flags.strip().split("\\s+"));
    }

    @Test
    void the_image_is_trained_and_its_cache_is_checked_with_the_memory_of_a_pod() throws IOException {
        assertThat(server(production).getResources().getLimits().get("memory")).hasToString("1Gi");
        List<String> commands = Files.readAllLines(Path.of("src/main/docker/Dockerfile.jvm")).stream()
                .filter(line -> line.startsWith("RUN java")).toList();
        assertThat(commands).hasSize(2)
                .allSatisfy(command -> assertThat(command).startsWith("RUN java @jvm.options -XX:MaxRAM=1g "));
        assertThat(commands.get(0)).contains("-XX:AOTCacheOutput=");
        assertThat(commands.get(1)).contains("-XX:AOTMode=on -XX:AOTCache=atrium.aot ");
        assertThat(Files.readAllLines(Path.of("src/main/docker/jvm.options"))).contains("-XX:+UseCompressedOops");
    }

    /** Settings of the ConfigMap, merged in the order in which Quarkus reads them. */
    static Properties settings(Manifests manifests) {
        Map<String, String> files = manifests.one(ConfigMap.class, "atrium").getData();
        Properties settings = new Properties();
        try {
            for (String file : List.of("application.properties", "application-prod.properties")) {
                settings.load(new StringReader(files.getOrDefault(file, "")));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return settings;
    }

    private static Container server(Manifests manifests) {
        List<Container> containers = manifests.one(Deployment.class, "atrium").getSpec().getTemplate().getSpec()
                .getContainers();
        assertThat(containers).hasSize(1);
        return containers.get(0);
    }

    /** Returns the container of the only Deployment whose pods have these labels. */
    private static Container selected(Manifests manifests, Map<String, String> labels) {
        assertThat(labels).isNotEmpty();
        List<Deployment> found = manifests.all(Deployment.class).stream().filter(deployment -> deployment.getSpec()
                .getTemplate().getMetadata().getLabels().entrySet().containsAll(labels.entrySet())).toList();
        assertThat(found).as("pods with %s", labels).hasSize(1);
        return found.get(0).getSpec().getTemplate().getSpec().getContainers().get(0);
    }

    private static Map<String, String> labels(LabelSelector selector) {
        assertThat(selector.getMatchExpressions()).isEmpty();
        return selector.getMatchLabels();
    }

    private static Integer containerPort(Container container, IntOrString port) {
        return container.getPorts().stream()
                .filter(own -> own.getName().equals(port.getStrVal()) || own.getContainerPort().equals(port.getIntVal()))
                .map(ContainerPort::getContainerPort).findFirst()
                .orElseThrow(() -> new AssertionError("no port " + port.getValue() + " in " + container.getPorts()));
    }

    private static List<Path> directories(Path parent) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).toList();
        }
    }
}
