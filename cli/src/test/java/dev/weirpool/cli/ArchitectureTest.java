package dev.weirpool.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What {@code module-info.java} cannot say. It is tested here because all modules are seen from here. */
final class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.weirpool");

    @Test
    void noTwoPackagesNeedEachOther() {
        slices().matching("dev.weirpool.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void jedisIsKnownToTheConnectionAlone() {
        onlyIn("dev.weirpool.queue.redis", "redis.clients..");
    }

    @Test
    void kryoIsKnownToTheCodecAlone() {
        onlyIn("dev.weirpool.queue.codec", "com.esotericsoftware..");
    }

    @Test
    void quartzIsKnownToTwoClassesOfTheScheduler() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.weirpool.scheduler.Clockwork")
                .and()
                .doNotHaveFullyQualifiedName("dev.weirpool.scheduler.FireJob")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.quartz..")
                .check(OURS);
    }

    @Test
    void yamlIsKnownToTheReadersOfFilesAlone() {
        noClasses()
                .that()
                .haveNameNotMatching(
                        "dev\\.weirpool\\.(cli\\.settings\\.Settings|scheduler\\.(Yaml|YamlMapping|Problems(\\$.*)?|ScheduleFile|ScheduleReader))")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.snakeyaml..")
                .check(OURS);
    }

    @Test
    void aClassIsNamedForAConcept() {
        noClasses().should().haveNameMatching(".*(Impl|Utils?|Helper|Manager)").check(OURS);
    }

    private static void onlyIn(String ours, String theirs) {
        noClasses()
                .that()
                .resideOutsideOfPackage(ours)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(theirs)
                .check(OURS);
    }
}
