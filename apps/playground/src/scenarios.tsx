import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prompt: string;
}

async function fetchScenarios(): Promise<readonly Scenario[]> {
  const response = await fetch("/api/scenarios");
  if (!response.ok) throw new Error(`The list of scenarios answered ${response.status}.`);
  return (await response.json()) as readonly Scenario[];
}

export interface ScenarioPickerProps {
  readonly onPick: (scenario: Scenario) => void;
}

/** The list of what the scripted agent can play. Renders a `<ul>`. */
export function ScenarioPicker({ onPick }: ScenarioPickerProps): ReactNode {
  const { data, error } = useQuery({ queryKey: ["playground", "scenarios"], queryFn: fetchScenarios, staleTime: Number.POSITIVE_INFINITY });
  if (error !== null) return <p className="playground-note">The scenarios could not be loaded: {error.message} Type a message instead.</p>;
  return (
    <ul className="playground-scenarios">
      {data?.map((scenario) => (
        <li key={scenario.id}>
          <button type="button" data-scenario={scenario.id} onClick={() => onPick(scenario)}>
            <strong>{scenario.title}</strong>
            <span>{scenario.description}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
