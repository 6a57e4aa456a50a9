package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.weirpool.cli.settings.Setting;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code deploy/kubernetes} holds what Kubernetes knows, with no field misspelt, and what the command and the image know. */
final class KubernetesFilesTest {
    private static final Path DIRECTORY = Path.of("../deploy/kubernetes");

    /** Takes no field that the model does not have; by itself the model would keep it aside. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private static final Map<String, Class<? extends KubernetesResource>> KINDS = Map.of(
            "apps/v1 Deployment", Deployment.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "v1 Secret", Secret.class,
            "v1 Service", Service.class);

    private static List<Map<?, ?>> documents(String file) throws IOException {
        var documents = new ArrayList<Map<?, ?>>();
        new Load(LoadSettings.builder().build())
                .loadAllFromString(Files.readString(DIRECTORY.resolve(file)))
                .forEach(document -> documents.add((Map<?, ?>) document));
        return documents;
    }

    private static Object read(Map<?, ?> document) {
        var kind = document.get("apiVersion") + " " + document.get("kind");
        assertThat(KINDS).containsKey(kind);
        return STRICT.convertValue(document, KINDS.get(kind));
    }

    private static Deployment deployment(String file) throws IOException {
        return documents(file).stream()
                .filter(document -> document.get("kind").equals("Deployment"))
                .map(document -> (Deployment) read(document))
                .findFirst()
                .orElseThrow();
    }

    private static Container container(String file) throws IOException {
        return deployment(file)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0);
    }

    @Test
    void everyFileIsOfAKnownKindWithNoFieldThatIsNot() throws IOException {
        try (var files = Files.list(DIRECTORY)) {
            for (var file :
                    files.map(each -> each.getFileName().toString()).sorted().toList()) {
                if (!file.equals("scaledobject.yaml")) {
                    assertThat(documents(file)).as(file).isNotEmpty().allSatisfy(document -> read(document));
                }
            }
        }
    }

    @Test
    void aMisspeltFieldIsFound() throws IOException {
        var text = Files.readString(DIRECTORY.resolve("worker.yaml")).replace("readinessProbe", "readynessProbe");
        var document = (Map<?, ?>) new Load(LoadSettings.builder().build())
                .loadAllFromString(text)
                .iterator()
                .next();

        assertThatThrownBy(() -> read(document)).hasMessageContaining("readynessProbe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker.yaml", "scheduler.yaml", "dashboard.yaml"})
    void selectsItsPodsAndMountsWhatItHas(String file) throws IOException {
        var spec = deployment(file).getSpec();
        var pod = spec.getTemplate();
        var container = container(file);
        var volumes = pod.getSpec().getVolumes().stream()
                .map(volume -> volume.getName())
                .toList();

        assertThat(pod.getMetadata().getLabels())
                .containsAllEntriesOf(spec.getSelector().getMatchLabels());
        assertThat(container.getVolumeMounts())
                .extracting(mount -> mount.getName())
                .isSubsetOf(volumes);
        assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isEqualTo(10001);
        var keys =
                ((Secret) read(documents("secret.yaml").get(0))).getStringData().keySet();
        pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getSecret() != null)
                .flatMap(volume -> volume.getSecret().getItems().stream())
                .forEach(item -> assertThat(keys).contains(item.getKey()));
        for (var document : documents(file)) {
            if (read(document) instanceof PodDisruptionBudget budget) {
                assertThat(budget.getSpec().getSelector().getMatchLabels())
                        .isEqualTo(spec.getSelector().getMatchLabels());
            }
        }
    }

    /** A process that is restarted for an outage of Redis would lose what it runs, and help nobody. */
    @ParameterizedTest
    @ValueSource(strings = {"worker.yaml", "scheduler.yaml", "dashboard.yaml"})
    void restartsAProcessOnlyIfThatIsOfUse(String file) throws IOException {
        var container = container(file);

        assertThat(path(container.getLivenessProbe())).isEqualTo("/health/live");
        assertThat(path(container.getReadinessProbe())).isEqualTo("/health/ready");
        if (container.getStartupProbe() != null) {
            assertThat(path(container.getStartupProbe())).isEqualTo("/health/live");
        }
    }

    private static String path(Probe probe) {
        return probe.getHttpGet().getPath();
    }

    @Test
    void aPodOfWorkersHasTimeToDrainAndMemoryForAllHeaps() throws IOException {
        var pod = deployment("worker.yaml").getSpec().getTemplate().getSpec();
        var arguments = container("worker.yaml").getArgs().stream()
                .filter(argument -> argument.startsWith("--"))
                .collect(Collectors.toMap(each -> each.split("=")[0], each -> each.substring(each.indexOf('=') + 1)));
        var processes = Integer.parseInt(arguments.get("--processes"));
        var heap = Quantity.getAmountInBytes(
                new Quantity(arguments.get("--jvm-flag").replaceAll("-Xmx(\\d+)m", "$1Mi")));
        var limit = Quantity.getAmountInBytes(
                container("worker.yaml").getResources().getLimits().get("memory"));

        assertThat(pod.getTerminationGracePeriodSeconds())
                .isGreaterThanOrEqualTo(Long.parseLong(arguments.get("--grace")) + 10);
        assertThat(limit.longValue()).isEqualTo(processes * (heap.longValue() + (64 << 20)) + (128 << 20));
    }

    @Test
    void saysNothingToTheCommandThatItDoesNotKnow() throws IOException {
        var known = Setting.ALL.stream()
                .flatMap(setting -> Stream.of(setting.variable(), setting.variable() + "_FILE"))
                .collect(Collectors.toCollection(TreeSet::new));
        known.addAll(Set.of("WEIRPOOL_JAVA_OPTS", "WEIRPOOL_DASHBOARD_TOKEN_FILE", "WEIRPOOL_SECRET_FILE"));
        for (var file : List.of("worker.yaml", "scheduler.yaml", "dashboard.yaml")) {
            assertThat(container(file).getEnv()).extracting(EnvVar::getName).isSubsetOf(known);
            var words = new ArrayList<>(container(file).getArgs());
            words.add("--help");
            assertThat(Said.of(words.toArray(String[]::new)).exitCode())
                    .as(file)
                    .isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void scalesByTheListOfTheQueueThatTheWorkersServe() throws IOException {
        var documents = documents("scaledobject.yaml");
        var authentication = documents.get(0);
        var scaled = documents.get(1);
        var spec = (Map<?, ?>) scaled.get("spec");
        var trigger = (Map<?, ?>) ((List<?>) spec.get("triggers")).get(0);
        var metadata = (Map<?, ?>) trigger.get("metadata");

        assertThat(documents).hasSize(2).allSatisfy(each -> {
            assertThat(each.get("apiVersion")).isEqualTo("keda.sh/v1alpha1");
            assertThat(each.keySet()).isEqualTo(Set.of("apiVersion", "kind", "metadata", "spec"));
        });
        assertThat(Set.of(
                        "scaleTargetRef",
                        "minReplicaCount",
                        "maxReplicaCount",
                        "pollingInterval",
                        "cooldownPeriod",
                        "advanced",
                        "triggers"))
                .containsAll(spec.keySet().stream().map(String::valueOf).toList());
        assertThat(trigger.keySet()).isEqualTo(Set.of("type", "metadata", "authenticationRef"));
        assertThat(metadata.keySet()).isEqualTo(Set.of("address", "listName", "listLength"));
        assertThat(metadata.values()).allMatch(String.class::isInstance, "text, as all that KEDA is told of a trigger");
        assertThat(container("worker.yaml").getArgs()).contains("--queue=default");
        assertThat(metadata.get("listName")).isEqualTo("weirpool:{default}:ready");
        assertThat(((Map<?, ?>) spec.get("scaleTargetRef")).get("name"))
                .isEqualTo(deployment("worker.yaml").getMetadata().getName());
        assertThat((Integer) spec.get("minReplicaCount")).isPositive();
        assertThat(((Map<?, ?>) trigger.get("authenticationRef")).get("name"))
                .isEqualTo(((Map<?, ?>) authentication.get("metadata")).get("name"));
    }
}
