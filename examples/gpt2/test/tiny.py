"""A tiny GPT-2 with random weights as Hugging Face's transformers saves it, and what it computes: what the tests of this example compare with.

Run: python tiny.py, with torch, transformers, tokenizers and safetensors.
"""
import json
import pathlib

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

here = pathlib.Path(__file__).parent / "tiny"
here.mkdir(exist_ok=True)
TEXTS = ["Shall I compare thee to a summer's day?", "Thou art more lovely and more temperate:", "naïve – 东 🙂  two  spaces\n"]


def tokenizer():
  """A byte-level BPE of 320 tokens, as GPT-2's."""
  t = Tokenizer(models.BPE())
  t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
  t.decoder = decoders.ByteLevel()
  alphabet = pre_tokenizers.ByteLevel.alphabet()
  t.train_from_iterator(TEXTS * 4, trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, special_tokens=["<|endoftext|>"]))
  t.save(str(here / "tokenizer.json"))
  (here / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "GPT2Tokenizer", "eos_token": "<|endoftext|>"}))
  return t


def main():
  torch.manual_seed(0)
  t = tokenizer()
  eos = t.token_to_id("<|endoftext|>")
  config = GPT2Config(
    vocab_size=t.get_vocab_size(), n_positions=64, n_embd=24, n_layer=3, n_head=4, initializer_range=0.25, bos_token_id=eos,
    eos_token_id=eos, layer_norm_epsilon=1e-5,
  )
  model = GPT2LMHeadModel(config).eval()
  with torch.no_grad():
    for name, p in model.named_parameters():
      if name.endswith("bias") or ".ln_" in name:
        p.add_(0.1 * torch.randn_like(p))
  model.save_pretrained(here, safe_serialization=True)
  (here / "generation_config.json").unlink(missing_ok=True)
  encoded = [t.encode(text).ids for text in TEXTS]
  n = min(map(len, encoded))
  batch = torch.tensor([ids[:n] for ids in encoded])
  with torch.no_grad():
    logits = model(batch).logits
    greedy = [
      model.generate(torch.tensor([ids[:6]]), max_new_tokens=40, do_sample=False, pad_token_id=eos, eos_token_id=None)[0].tolist()
      for ids in encoded
    ]
  warped = []
  for temperature, k, p in [(0.7, None, None), (1.0, 5, None), (1.0, None, 0.6), (1.5, 40, 0.9), (1.0, 1000, 1.0), (1.0, None, 0.01)]:
    scores = logits[:, -1]
    for warper in [TemperatureLogitsWarper(temperature)] + ([TopKLogitsWarper(k)] if k else []) + ([TopPLogitsWarper(p)] if p else []):
      scores = warper(batch, scores)
    kept = torch.isfinite(scores)
    probabilities = torch.softmax(scores, -1)
    warped.append({
      "temperature": temperature, "topK": k, "topP": p, "kept": kept.sum(-1).tolist(),
      "largest": probabilities.max(-1).values.tolist(), "squares": (probabilities**2).sum(-1).tolist(),
    })
  json.dump(
    {
      "texts": TEXTS, "ids": encoded, "batch": batch.tolist(), "logits": [[round(x, 6) for x in row] for row in logits[:, -1].tolist()],
      "sums": logits.sum(-1).tolist(), "squares": (logits**2).mean(-1).tolist(), "greedy": greedy,
      "warped": warped,
    },
    (here / "expected.json").open("w"),
  )


main()
