import type { Meta, StoryObj } from "@storybook/react-vite";
import { scripts } from "@unsay/core/testing";
import { expect, fireEvent, waitFor } from "storybook/test";
import { NETWORKS, type Network } from "./network.js";
import { Player } from "./player.js";

const meta: Meta<typeof Player> = {
  title: "Recipes/Played",
  component: Player,
  parameters: { flush: true },
  args: { script: scripts.complete },
  render: (args, { globals }) => (
    <Player {...args} network={(globals["network"] as Network | undefined) ?? "normal"} isPlaying={globals["clock"] !== "pause"} />
  ),
};
export default meta;

/** Over these the whole answer comes, sooner or later: what was unreadable is read again. */
const WHOLE: readonly Network[] = ["normal", "slow", "hole", "silence", "burst", "drop", "corrupt"];

type Story = StoryObj<typeof Player>;

export const Complete: Story = {};
export const Gate: Story = { args: { script: scripts.gate } };
export const Revision: Story = { args: { script: scripts.revision } };
export const Reasoning: Story = { args: { script: scripts.reasoning } };
export const Withheld: Story = { args: { script: scripts.withheld } };

/** Each network, played to its end: whatever happens on the way, none of them makes an answer complete that is not. */
export const EveryNetwork: Story = {
  tags: ["!autodocs"],
  render: () => (
    <div style={{ display: "grid", gap: 24, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 320px), 1fr))" }}>
      {NETWORKS.map((network) => (
        <section key={network} aria-label={network} data-network={network}>
          <Player
            script={scripts.complete}
            network={network}
            isPlaying={false}
            strings={{ thread: { label: `Over a network: ${network}` } }}
          />
        </section>
      ))}
    </div>
  ),
  play: async ({ canvasElement }) => {
    const step = () => canvasElement.querySelectorAll<HTMLInputElement>('input[type="range"]');
    await waitFor(() => expect(step()).toHaveLength(NETWORKS.length));
    const statusOver = (network: string) =>
      canvasElement.querySelector(`[data-network="${network}"] [data-unsay="answer"]`)?.getAttribute("data-status");
    await waitFor(() => expect(NETWORKS.map(statusOver)).not.toContain(undefined));
    for (const slider of step()) await fireEvent.change(slider, { target: { value: slider.max } });
    await waitFor(() => expect(WHOLE.filter((network) => statusOver(network) !== "complete")).toEqual([]));
    for (const network of NETWORKS)
      if (!WHOLE.includes(network)) await expect([network, statusOver(network)]).not.toEqual([network, "complete"]);
  },
};
